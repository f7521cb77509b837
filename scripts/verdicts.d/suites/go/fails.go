// A test fails, another passes.
package suite

import "testing"

func TestA(t *testing.T) { t.Error("no") }

func TestB(t *testing.T) {}
