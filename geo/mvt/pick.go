package mvt

// Pick returns a tile with the named layers alone, in the order of the names; those
// that the tile does not have are left out. The layers' bytes stay as they are.
func Pick(b []byte, names []string) ([]byte, error) {
	found := make([][]byte, len(names))
	err := fields(b, func(number, kind int, _ uint64, msg []byte) error {
		if number != 3 || kind != 2 {
			return nil
		}
		return fields(msg, func(number, kind int, _ uint64, name []byte) error {
			if number != 1 || kind != 2 {
				return nil
			}
			for i, want := range names {
				if string(name) == want {
					found[i] = msg
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, msg := range found {
		if msg != nil {
			out = field(out, 3, msg)
		}
	}
	return out, nil
}
