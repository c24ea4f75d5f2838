package layers

import "github.com/paulmach/orb"

// The classes of features that maps on paper show for orientation.
const (
	BaseRiver      = "river"
	BaseRailway    = "railway"
	BaseExpressway = "expressway"
	BaseRoad       = "road"
	BaseSeat       = "seat" // of a city or a county
	BaseTown       = "town"
	BaseVillage    = "village"
	BaseMountain   = "mountain"
)

// BaseFeature is a feature that maps on paper show for orientation.
type BaseFeature struct {
	Class    string
	Name     Text
	Geometry orb.Geometry // lon/lat
	Source   string       // of the geometry
}

// BaseLayer says which features of a layer are shown: those whose property has one
// of the values, each with its class.
type BaseLayer struct {
	Layer    string // id
	Property string
	Classes  map[string]string
}

// BaseLayers are the layers of which maps on paper show features. A place that has
// none of them gets maps without.
func BaseLayers() []BaseLayer {
	return []BaseLayer{
		{"river_corridors", "part", map[string]string{"centreline": BaseRiver}},
		{"transport_links", "class", map[string]string{"expressway": BaseExpressway, "national_road": BaseRoad, "provincial_road": BaseRoad,
			"tourist_road": BaseRoad, "other_road": BaseRoad, "high_speed_railway": BaseRailway, "railway": BaseRailway}},
		{"reference", "kind", map[string]string{"city_seat": BaseSeat, "county_seat": BaseSeat, "town": BaseTown, "village": BaseVillage, "mountain": BaseMountain}},
	}
}
