// A test that passes prints that it fails.
package suite

import (
	"fmt"
	"testing"
)

func TestA(t *testing.T) {
	fmt.Println("x--- FAIL: TestA (0.00s)")
	fmt.Println("FAIL")
	fmt.Print("no newline")
}
