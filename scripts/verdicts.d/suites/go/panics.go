// A test panics, and another one does not run.
package suite

import "testing"

func TestA(t *testing.T) { panic("boom") }

func TestB(t *testing.T) {}
