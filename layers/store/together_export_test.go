package store

// Together tells how many connections for small pages are free, and how many pages wait
// for one.
func (s *Store) Together() (free, waiting int) {
	s.together.mu.Lock()
	defer s.together.mu.Unlock()
	return s.together.free, len(s.together.waiting)
}

// TogetherConns is how many connections small pages have.
const TogetherConns = togetherConns
