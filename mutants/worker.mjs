import { register } from 'tsx/esm/api'

// What runs the thread that starts this one does not run here.
register()
await import('./thread.ts')
