//go:build race

package read_test

// slow is how much longer things may take.
const slow = 5

// smaller is by how much the largest inputs are smaller.
const smaller = 20
