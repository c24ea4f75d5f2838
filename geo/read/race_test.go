//go:build race

package read_test

// slow is how much longer things may take.
const slow = 5
