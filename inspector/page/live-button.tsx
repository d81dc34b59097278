interface LiveButtonProps {
  readonly isLive: boolean
  readonly setLive: (isLive: boolean) => void
}

/** Pauses a list that follows the present, and goes back to it. */
export function LiveButton({ isLive, setLive }: LiveButtonProps) {
  return (
    <button type="button" class={isLive ? 'live on' : 'live'} aria-pressed={!isLive} onClick={() => setLive(!isLive)}>
      {isLive ? '❚❚ Pause' : '▶ Live'}
    </button>
  )
}
