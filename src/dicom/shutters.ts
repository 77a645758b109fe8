import type { Shutter } from '../models/collimation';
import { decimalOf } from './number-strings';

/** The attributes of Display Shutter (PS3.3 C.7.6.11) and X-Ray Collimator (C.8.7.3), with their tags. */
export const SHUTTER_TAGS = {
  ShutterShape: 'x00181600',
  ShutterLeftVerticalEdge: 'x00181602',
  ShutterRightVerticalEdge: 'x00181604',
  ShutterUpperHorizontalEdge: 'x00181606',
  ShutterLowerHorizontalEdge: 'x00181608',
  CenterOfCircularShutter: 'x00181610',
  RadiusOfCircularShutter: 'x00181612',
  VerticesOfThePolygonalShutter: 'x00181620',
  CollimatorShape: 'x00181700',
  CollimatorLeftVerticalEdge: 'x00181702',
  CollimatorRightVerticalEdge: 'x00181704',
  CollimatorUpperHorizontalEdge: 'x00181706',
  CollimatorLowerHorizontalEdge: 'x00181708',
  CenterOfCircularCollimator: 'x00181710',
  RadiusOfCircularCollimator: 'x00181712',
  VerticesOfThePolygonalCollimator: 'x00181720',
} as const;

export type ShutterKeyword = keyof typeof SHUTTER_TAGS;

/**
 * The shutters that a header declares; one whose numbers are missing, or that is a bitmap, is left out.
 *
 * @param valuesOf the values of an attribute as text, none where it is absent
 */
export function declaredShutters(valuesOf: (keyword: ShutterKeyword) => readonly string[]): Shutter[] {
  const numbers = (keyword: ShutterKeyword): number[] => valuesOf(keyword).map(decimalOf);
  const single = (keyword: ShutterKeyword): number => numbers(keyword)[0] ?? NaN;
  const of = (kind: 'Shutter' | 'Collimator'): Shutter[] =>
    valuesOf(`${kind}Shape`).flatMap((shape): Shutter[] => {
      switch (shape.trim().toUpperCase()) {
        case 'RECTANGULAR': {
          const left = single(`${kind}LeftVerticalEdge`);
          const right = single(`${kind}RightVerticalEdge`);
          const upper = single(`${kind}UpperHorizontalEdge`);
          const lower = single(`${kind}LowerHorizontalEdge`);
          return left < right && upper < lower ? [{ shape: 'rectangular', left, right, upper, lower }] : [];
        }
        case 'CIRCULAR': {
          const [row, column] = numbers(`CenterOfCircular${kind}`);
          const radius = single(`RadiusOfCircular${kind}`);
          return radius > 0 && Number.isFinite(row + column)
            ? [{ shape: 'circular', row, column, radius }]
            : [];
        }
        case 'POLYGONAL': {
          const flat = numbers(`VerticesOfThePolygonal${kind}`);
          const vertices = Array.from({ length: Math.floor(flat.length / 2) }, (_, i) => {
            return [flat[2 * i], flat[2 * i + 1]] as const;
          });
          const whole = vertices.length >= 3 && flat.every(Number.isFinite);
          return whole ? [{ shape: 'polygonal', vertices }] : [];
        }
        default:
          return [];
      }
    });
  return [...of('Shutter'), ...of('Collimator')];
}
