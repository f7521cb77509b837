// A test ends the process with status 3.
package suite

import (
	"os"
	"testing"
)

func TestA(t *testing.T) { os.Exit(3) }
