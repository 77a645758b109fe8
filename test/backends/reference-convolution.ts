/** A convolution by its definition, in double precision; no code in common with what it checks. */
export interface ConvolutionCase {
  /** [N,H,W,C] */
  input: [number, number, number, number];
  /** [KH,KW] */
  filter: [number, number];
  /** Output channels. */
  out: number;
  stride: number | [number, number];
  pad: Padding;
}

type Padding =
  'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];

export interface ConvolutionResults {
  y: Float32Array;
  /** Gradient of Σ y · dy with respect to the input. */
  dx: Float32Array;
  /** Gradient of Σ y · dy with respect to the filter. */
  dw: Float32Array;
}

/** Output length and leading padding of one axis, by TensorFlow's documented rules. */
function axis(length: number, filter: number, stride: number, pad: Padding, index: 1 | 2): [number, number] {
  if (pad === 'valid') return [Math.ceil((length - filter + 1) / stride), 0];
  if (pad === 'same') {
    const out = Math.ceil(length / stride);
    return [out, Math.floor(Math.max(0, (out - 1) * stride + filter - length) / 2)];
  }
  const [before, after] = typeof pad === 'number' ? [pad, pad] : pad[index];
  return [Math.floor((length + before + after - filter) / stride) + 1, before];
}

/** [N,OH,OW,OC] */
export function outputShape(c: ConvolutionCase): [number, number, number, number] {
  const [strideY, strideX] = typeof c.stride === 'number' ? [c.stride, c.stride] : c.stride;
  const [height] = axis(c.input[1], c.filter[0], strideY, c.pad, 1);
  const [width] = axis(c.input[2], c.filter[1], strideX, c.pad, 2);
  return [c.input[0], height, width, c.out];
}

export function referenceConvolution(
  c: ConvolutionCase,
  x: Float32Array,
  w: Float32Array,
  dy: Float32Array,
): ConvolutionResults {
  const [strideY, strideX] = typeof c.stride === 'number' ? [c.stride, c.stride] : c.stride;
  const [batch, height, width, channels] = c.input;
  const [kh, kw] = c.filter;
  const [outHeight, top] = axis(height, kh, strideY, c.pad, 1);
  const [outWidth, left] = axis(width, kw, strideX, c.pad, 2);
  const y = new Float64Array(batch * outHeight * outWidth * c.out);
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        const output = ((n * outHeight + oy) * outWidth + ox) * c.out;
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            const iy = oy * strideY + ky - top;
            const ix = ox * strideX + kx - left;
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            for (let ic = 0; ic < channels; ic++) {
              const input = ((n * height + iy) * width + ix) * channels + ic;
              const weight = ((ky * kw + kx) * channels + ic) * c.out;
              for (let oc = 0; oc < c.out; oc++) {
                y[output + oc] += x[input] * w[weight + oc];
                dx[input] += dy[output + oc] * w[weight + oc];
                dw[weight + oc] += dy[output + oc] * x[input];
              }
            }
          }
        }
      }
    }
  }
  return { y: Float32Array.from(y), dx: Float32Array.from(dx), dw: Float32Array.from(dw) };
}
