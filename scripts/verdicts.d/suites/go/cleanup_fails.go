// A cleanup fails a test that has been skipped.
package suite

import "testing"

func TestA(t *testing.T) {
	t.Cleanup(func() { t.Error("no") })
	t.Skip("later")
}
