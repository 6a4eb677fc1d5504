/** Loaded into a gateway: SIGUSR2 collects its garbage, as a quiet minute would. */
process.on('SIGUSR2', () => globalThis.gc());
