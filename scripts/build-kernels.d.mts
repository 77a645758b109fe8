/** Compiles the kernels and returns the wasm binary. */
export function compileKernels(): Promise<Buffer>;
/** The generated TypeScript module for a binary. */
export function kernelModule(binary: Buffer): string;
