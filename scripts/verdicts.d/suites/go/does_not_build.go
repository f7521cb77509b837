// The compiler refuses the tests.
package suite

import "testing"

func TestA(t *testing.T) { undefined() }
