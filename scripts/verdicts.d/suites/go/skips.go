// A test is skipped, another passes.
package suite

import "testing"

func TestA(t *testing.T) { t.Skip("no database") }

func TestB(t *testing.T) {}
