/**
 * Places on the earth, and how far they are from each other.
 *
 * @module
 */

/** A place, in degrees. */
export interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** The radius of the earth in meters, as Redis has it. */
const RADIUS = 6_372_797.560856;

function radians(degrees: number): number {
  return degrees * (Math.PI / 180);
}

/** The distance on the surface, in meters: the haversine formula. */
export function distanceOf(a: Place, b: Place): number {
  const longitudes = radians(b.longitude) - radians(a.longitude);
  const v = Math.sin(longitudes / 2);
  if (v === 0) return latitudeDistance(a, b);
  const u = Math.sin((radians(b.latitude) - radians(a.latitude)) / 2);
  const square = u * u +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * v * v;
  return 2 * RADIUS * Math.asin(Math.sqrt(square));
}

function latitudeDistance(a: Place, b: Place): number {
  return RADIUS * Math.abs(radians(b.latitude) - radians(a.latitude));
}

/** An area around a place. */
export type Shape =
  | { readonly radius: number }
  | { readonly width: number; readonly height: number };

/** The distance of a place from the middle of an area, in meters; undefined: it is not in it. */
export function distanceIn(
  shape: Shape,
  middle: Place,
  place: Place,
): number | undefined {
  const distance = distanceOf(middle, place);
  if ("radius" in shape) {
    return distance <= shape.radius ? distance : undefined;
  }
  if (latitudeDistance(place, middle) > shape.height / 2) return undefined;
  const beside = { ...place, longitude: middle.longitude };
  return distanceOf(place, beside) > shape.width / 2 ? undefined : distance;
}
