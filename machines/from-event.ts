const asItIs = <Event>({ event }: { readonly event: Event }): Event => event

/** An action or a guard of a chart that takes the event as it is: what it needs is there under the same name. */
export const fromEvent = <const Name extends string>(type: Name) => ({ type, params: asItIs }) as const
