// A subtest of parallel ones fails.
package suite

import "testing"

func TestA(t *testing.T) {
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "two" {
				t.Fatal("no")
			}
		})
	}
}
