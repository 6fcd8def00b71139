import fc from 'fast-check';

// Property tests draw the same cases each time, so that a change is judged by what it changes. FC_SEED draws others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });
