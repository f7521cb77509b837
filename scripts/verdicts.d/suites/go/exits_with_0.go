// A test ends the process with status 0, which Go calls a panic.
package suite

import (
	"os"
	"testing"
)

func TestA(t *testing.T) { os.Exit(0) }
