// A test kills its process.
package suite

import (
	"syscall"
	"testing"
)

func TestA(t *testing.T) { syscall.Kill(syscall.Getpid(), syscall.SIGKILL) }
