// A goroutine panics while a test waits.
package suite

import (
	"testing"
	"time"
)

func TestA(t *testing.T) {
	go func() { panic("boom") }()
	time.Sleep(5 * time.Second)
}
