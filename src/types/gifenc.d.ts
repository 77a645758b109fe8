/** The part of gifenc 1.0.3 that is used; the package ships no declarations. */
declare module 'gifenc' {
  interface Encoder {
    /** @param index palette index of each pixel @param options delay in milliseconds */
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { palette: number[][]; delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  }
  export function GIFEncoder(): Encoder;
}
