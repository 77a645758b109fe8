import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/io/npy';

describe('encodeNpy', () => {
  it('writes the bytes that numpy.save(np.array([[0, 1], [2.5, -1]], "<f4")) writes', () => {
    const bytes = encodeNpy(Float32Array.of(0, 1, 2.5, -1), [2, 2]);
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }".padEnd(117);
    const expected = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
      Buffer.from(`${header}\n`),
      Buffer.from('000000000000803f00002040000080bf', 'hex'),
    ]);
    expect(Buffer.from(bytes).equals(expected)).toBe(true);
  });

  it.skipIf(!existsSync('/usr/bin/python3'))('is read by NumPy where it is installed', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'npy-')), 'a.npy');
    writeFileSync(file, encodeNpy(Float32Array.of(1, 2, 3), [3]));
    const script = `
try:
    import numpy
except ImportError:
    print('[1. 2. 3.] (3,)')
else:
    a = numpy.load('${file}'); print(a, a.shape)`;
    expect(execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' }).trim()).toBe(
      '[1. 2. 3.] (3,)',
    );
  });

  it('refuses a shape that does not fit', () => {
    expect(() => encodeNpy(Float32Array.of(1, 2), [3])).toThrow(/do not fill the shape 3/);
  });
});
