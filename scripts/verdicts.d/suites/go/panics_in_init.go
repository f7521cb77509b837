// The program panics before the first test.
package suite

import "testing"

func init() { panic("boom") }

func TestA(t *testing.T) {}
