<?xml version="1.0" encoding="utf-8" ?>
<ogr:FeatureCollection
     gml:id="aFeatureCollection"
     xmlns:ogr="http://ogr.maptools.org/"
     xmlns:gml="http://www.opengis.net/gml/3.2">
  <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4526"><gml:lowerCorner>4191674 38463329</gml:lowerCorner><gml:upperCorner>4191774 38463429</gml:upperCorner></gml:Envelope></gml:boundedBy>
                                                                                                                                                    
  <ogr:featureMember>
    <ogr:in gml:id="in.0">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4526"><gml:lowerCorner>4191674 38463329</gml:lowerCorner><gml:upperCorner>4191774 38463429</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Polygon srsName="urn:ogc:def:crs:EPSG::4526" gml:id="in.geom.0"><gml:exterior><gml:LinearRing><gml:posList>4191674 38463329 4191674 38463429 4191774 38463429 4191774 38463329 4191674 38463329</gml:posList></gml:LinearRing></gml:exterior><gml:interior><gml:LinearRing><gml:posList>4191714 38463369 4191734 38463369 4191734 38463389 4191714 38463389 4191714 38463369</gml:posList></gml:LinearRing></gml:interior></gml:Polygon></ogr:geometryProperty>
      <ogr:name>阳泉高新区</ogr:name>
      <ogr:dkbh>YQ-1</ogr:dkbh>
    </ogr:in>
  </ogr:featureMember>
</ogr:FeatureCollection>
