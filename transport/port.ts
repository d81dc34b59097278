const portMax = 65_535

/** Whether a peer, a tracker or a node can be at it: a whole number from 1 to 65535. */
export const isPort = (value: unknown): value is number => isPortToBind(value) && value > 0

/** Whether it can be bound: a port, or 0 for any that is free. */
export const isPortToBind = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= portMax
