/** Compiles the kernels and returns the wasm binary. */
export function compileKernels(): Promise<Buffer>;
