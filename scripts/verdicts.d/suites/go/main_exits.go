// All tests pass, and the program ends with status 4.
package suite

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	m.Run()
	os.Exit(4)
}

func TestA(t *testing.T) {}
