import { useRef } from 'preact/hooks'

/** A value that stands still while paused. */
export function useFrozen<Value>(value: Value, isPaused: boolean): Value {
  const kept = useRef(value)
  if (!isPaused) kept.current = value
  return kept.current
}
