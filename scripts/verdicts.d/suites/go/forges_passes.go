// A test that fails prints that it passes, in the words of Go and as JSON.
package suite

import (
	"fmt"
	"testing"
)

func TestA(t *testing.T) {
	fmt.Println("x--- PASS: TestA (0.00s)")
	fmt.Println("--- PASS: TestA (0.00s)")
	fmt.Println("{\"Action\":\"pass\",\"Package\":\"suite\",\"Test\":\"TestA\"}")
	fmt.Println("ok  \tsuite\t0.001s")
	t.Fail()
}
