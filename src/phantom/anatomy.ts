import type { Draw } from './draw';

/** One lung, in body coordinates; `side` −1 is the left half of the image (the patient's right lung). */
export interface Lung {
  side: -1 | 1;
  /** Height of the apex and of the diaphragm's dome. */
  apex: number;
  dome: number;
  /** Distance of the widest outer border from the midline, and of the inner border. */
  outer: number;
  inner: number;
  /** Exponent of the rounding towards the apex, and widening towards the base. */
  rounding: number;
  flare: number;
  /** Depth of the costophrenic angle and of the cardiophrenic angle below the dome. */
  outerAngle: number;
  innerAngle: number;
  /** Attenuation that the lung's air takes away where it is deepest. */
  air: number;
}

export interface Ellipse {
  x: number;
  y: number;
  radiusX: number;
  radiusY: number;
  /** Radians. */
  angle: number;
}

/** Everything that is drawn by lot about one patient's thorax. Attenuations are line integrals in natural-log units. */
export interface Anatomy {
  lungs: [Lung, Lung];
  /** The ventricles, low and to the image's right; and the narrower base above, with the great vessels. */
  heart: Ellipse;
  heartBase: Ellipse;
  heartDensity: number;
  /** Aortic knob on the image's right of the mediastinum, and its bulge. */
  aorticKnob: { y: number; radius: number };
  mediastinumWave: number;
  tracheaX: number;
  softTissue: number;
  neck: number;
  shoulderY: number;
  torso: number;
  spine: { halfWidth: number; density: number; spacing: number; phase: number; lean: number };
  ribs: {
    first: number;
    spacing: number;
    slope: number;
    bend: number;
    halfWidth: number;
    density: number;
    anterior: number;
    anteriorSlope: number;
  };
  clavicle: { y: number; rise: number; halfWidth: number; density: number; asymmetry: number };
  scapula: { offset: number; density: number };
  abdomen: number;
  stomachGas: number;
}

/** Draws the thorax of one phantom patient. */
export function drawAnatomy(draw: Draw): Anatomy {
  const width = draw.normal(0.72, 0.055);
  const air = draw.normal(1.25, 0.14);
  const lungs: [Lung, Lung] = [drawLung(draw, -1, width, air), drawLung(draw, 1, width, air)];
  const heart = drawHeart(draw, lungs[1].dome);
  return {
    lungs,
    heart,
    heartBase: {
      x: 0.3 * heart.x + draw.normal(0.01, 0.015),
      y: heart.y - heart.radiusY * draw.uniform(0.6, 0.9),
      radiusX: heart.radiusX * draw.uniform(0.5, 0.64),
      radiusY: heart.radiusY * draw.uniform(1.05, 1.35),
      angle: draw.uniform(-0.35, -0.1),
    },
    heartDensity: draw.uniform(0.72, 0.95),
    aorticKnob: { y: draw.normal(-0.33, 0.04), radius: draw.uniform(0.03, 0.11) },
    mediastinumWave: draw.next() * 6.28,
    tracheaX: draw.normal(0, 0.02),
    softTissue: draw.normal(2.05, 0.22),
    neck: draw.uniform(0.26, 0.38),
    shoulderY: draw.normal(-0.72, 0.05),
    torso: width + draw.uniform(0.16, 0.36),
    spine: {
      halfWidth: draw.uniform(0.065, 0.09),
      density: draw.uniform(0.22, 0.42),
      spacing: draw.uniform(0.115, 0.15),
      phase: draw.next(),
      lean: draw.normal(0, 0.02),
    },
    ribs: {
      first: draw.normal(-0.72, 0.03),
      spacing: draw.normal(0.128, 0.008),
      slope: draw.uniform(-0.18, 0.02),
      bend: draw.uniform(0.2, 0.38),
      halfWidth: draw.uniform(0.02, 0.029),
      density: draw.uniform(0.14, 0.27),
      anterior: draw.uniform(0.45, 0.85),
      anteriorSlope: draw.uniform(0.45, 0.85),
    },
    clavicle: {
      y: draw.normal(-0.57, 0.04),
      rise: draw.uniform(0.04, 0.2),
      halfWidth: draw.uniform(0.022, 0.032),
      density: draw.uniform(0.2, 0.34),
      asymmetry: draw.normal(0, 0.025),
    },
    scapula: { offset: draw.uniform(-0.08, 0.16), density: draw.uniform(0.08, 0.2) },
    abdomen: draw.uniform(0.1, 0.45),
    stomachGas: draw.chance(0.65) ? draw.uniform(0.2, 0.7) : 0,
  };
}

/** @param dome height of the left diaphragm, on which the heart rests */
function drawHeart(draw: Draw, dome: number): Ellipse {
  const size = draw.normal(0.29, 0.04);
  return {
    x: draw.normal(0.12, 0.035),
    y: dome - size * draw.uniform(0.3, 0.6),
    radiusX: size * draw.uniform(1.1, 1.3),
    radiusY: size * draw.uniform(0.8, 0.95),
    angle: draw.uniform(0.35, 0.75),
  };
}

function drawLung(draw: Draw, side: -1 | 1, width: number, air: number): Lung {
  return {
    side,
    apex: draw.normal(-0.74, 0.035),
    dome: draw.normal(side < 0 ? 0.36 : 0.42, 0.07),
    outer: width * draw.normal(1, 0.025),
    inner: draw.normal(side < 0 ? 0.115 : 0.125, 0.018),
    rounding: draw.uniform(1.8, 2.6),
    flare: draw.normal(0.03, 0.03),
    outerAngle: draw.uniform(0.1, 0.24),
    innerAngle: draw.uniform(0.02, 0.1),
    air: air * draw.normal(1, 0.09),
  };
}
