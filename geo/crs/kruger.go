package crs

import "math"

// The CGCS2000 ellipsoid (GB 22021-2008; EPSG ellipsoid 1024).
const (
	semiMajor         = 6378137.0
	inverseFlattening = 298.257222101
)

// series holds the constants of Krüger's transverse Mercator series.
type series struct {
	radius      float64    // of the rectifying sphere, metres
	ecc         float64    // first eccentricity
	alpha, beta [6]float64 // geographic to plane, plane to geographic
}

// kruger computes the series to the sixth order of the third flattening n, with
// the coefficients of Karney, "Transverse Mercator with an accuracy of a few
// nanometers" (J. Geodesy 85, 2011), equations 14, 35 and 36. Within 9 degrees
// of the central meridian the error is far below a micrometre.
func kruger(e ellipsoid) series {
	f := 1 / e.inverseFlattening
	n := f / (2 - f)
	poly := func(power int, c ...float64) float64 {
		sum := 0.0
		for i := len(c) - 1; i >= 0; i-- {
			sum = sum*n + c[i]
		}
		return sum * math.Pow(n, float64(power))
	}
	return series{
		radius: e.a / (1 + n) * poly(0, 1, 0, 1.0/4, 0, 1.0/64, 0, 1.0/256),
		ecc:    math.Sqrt(f * (2 - f)),
		alpha: [6]float64{
			poly(1, 1.0/2, -2.0/3, 5.0/16, 41.0/180, -127.0/288, 7891.0/37800),
			poly(2, 13.0/48, -3.0/5, 557.0/1440, 281.0/630, -1983433.0/1935360),
			poly(3, 61.0/240, -103.0/140, 15061.0/26880, 167603.0/181440),
			poly(4, 49561.0/161280, -179.0/168, 6601661.0/7257600),
			poly(5, 34729.0/80640, -3418889.0/1995840),
			poly(6, 212378941.0/319334400),
		},
		beta: [6]float64{
			poly(1, 1.0/2, -2.0/3, 37.0/96, -1.0/360, -81.0/512, 96199.0/604800),
			poly(2, 1.0/48, 1.0/15, -437.0/1440, 46.0/105, -1118711.0/3870720),
			poly(3, 17.0/480, -37.0/840, -209.0/4480, 5569.0/90720),
			poly(4, 4397.0/161280, -11.0/504, -830251.0/7257600),
			poly(5, 4583.0/161280, -108847.0/3991680),
			poly(6, 20648693.0/638668800),
		},
	}
}

// conformal returns the tangent of the conformal latitude from that of the
// geographic latitude.
func (s *series) conformal(tau float64) float64 {
	sec := math.Hypot(1, tau)
	sigma := math.Sinh(s.ecc * math.Atanh(s.ecc*tau/sec))
	return tau*math.Hypot(1, sigma) - sigma*sec
}

// geographic inverts conformal by Newton's method, which settles in three steps.
func (s *series) geographic(taup float64) float64 {
	e2 := s.ecc * s.ecc
	tau := taup
	for range 6 {
		at := s.conformal(tau)
		step := (taup - at) / math.Hypot(1, at) * (1 + (1-e2)*tau*tau) / ((1 - e2) * math.Hypot(1, tau))
		tau += step
		if math.Abs(step) < 1e-15*math.Max(1, math.Abs(tau)) {
			break
		}
	}
	return tau
}

// Forward projects longitude and latitude in degrees on CGCS2000 to the system's
// plane. The axis order of the result is that of EPSG and of Chinese survey
// practice: north (X) first, then east (Y), in metres, with false easting and,
// if the system carries it, the zone number. Points beyond the zone are
// projected all the same, to 1 mm as far as 9 degrees from the meridian.
func (c CRS) Forward(lon, lat float64) (north, east float64) {
	return c.forward(cgcs2000(), lon, lat)
}

// forward is [CRS.Forward] on another ellipsoid.
func (c CRS) forward(e ellipsoid, lon, lat float64) (north, east float64) {
	s := kruger(e)
	lambda := (lon - c.Meridian) * math.Pi / 180
	sin, cos := math.Sincos(lambda)
	taup := s.conformal(math.Tan(lat * math.Pi / 180))
	xip := math.Atan2(taup, cos)
	etap := math.Asinh(sin / math.Hypot(taup, cos))
	xi, eta := xip, etap
	for i, a := range s.alpha {
		k := float64(2 * (i + 1))
		sin, cos := math.Sincos(k * xip)
		xi += a * sin * math.Cosh(k*etap)
		eta += a * cos * math.Sinh(k*etap)
	}
	return s.radius * xi, s.radius*eta + c.FalseEasting()
}

// Inverse is the inverse of [CRS.Forward]: north (X) first, then east (Y) in
// metres, to longitude and latitude in degrees on CGCS2000.
func (c CRS) Inverse(north, east float64) (lon, lat float64) {
	return c.inverse(cgcs2000(), north, east)
}

// inverse is [CRS.Inverse] on another ellipsoid.
func (c CRS) inverse(e ellipsoid, north, east float64) (lon, lat float64) {
	s := kruger(e)
	xi := north / s.radius
	eta := (east - c.FalseEasting()) / s.radius
	xip, etap := xi, eta
	for i, b := range s.beta {
		k := float64(2 * (i + 1))
		sin, cos := math.Sincos(k * xi)
		xip -= b * sin * math.Cosh(k*eta)
		etap -= b * cos * math.Sinh(k*eta)
	}
	sinh := math.Sinh(etap)
	sin, cos := math.Sincos(xip)
	tau := s.geographic(sin / math.Hypot(sinh, cos))
	return c.Meridian + math.Atan2(sinh, cos)*180/math.Pi, math.Atan(tau) * 180 / math.Pi
}
