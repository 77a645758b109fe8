/** The part of the OpenJPH build that the tests use; the package ships no types. */
declare module '@cornerstonejs/codec-openjph' {
  interface FrameInfo {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned: boolean;
    isUsingColorTransform: boolean;
  }

  interface Encoder {
    getDecodedBuffer(frame: FrameInfo): Uint8Array;
    setQuality(reversible: boolean, quantizationStep: number): void;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
    delete(): void;
  }

  export default function openJph(): Promise<{ HTJ2KEncoder: new () => Encoder }>;
}
