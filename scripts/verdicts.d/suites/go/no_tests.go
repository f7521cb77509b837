// There is no test.
package suite
