// Tests, a subtest, an example and a benchmark that pass.
package suite

import (
	"fmt"
	"testing"
)

func TestA(t *testing.T) {}

func TestSub(t *testing.T) {
	t.Run("one", func(t *testing.T) {})
	t.Run("two words/#1", func(t *testing.T) { fmt.Print("no newline") })
}

func Example_prints() {
	fmt.Println("x")
	// Output: x
}
