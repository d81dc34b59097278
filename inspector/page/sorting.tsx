import { columns } from './columns.tsx'
import { nextOrder, type Order } from './order.ts'

interface Sorting {
  readonly order: Order
  readonly setOrder: (order: Order) => void
}

/** The heads of the columns: each sorts by it. */
export function Heads({ order, setOrder }: Sorting) {
  return (
    <thead class="heads">
      <tr class="row" aria-rowindex={1}>
        {columns.map(({ key, head, title, class: kind }) => (
          <th
            key={key}
            scope="col"
            class={`cell ${kind}`}
            aria-sort={order.by !== key ? 'none' : order.descending ? 'descending' : 'ascending'}
          >
            <button type="button" title={title} onClick={() => setOrder(nextOrder(order, key))}>
              {head}
              <span class="sort-mark" aria-hidden="true">
                {order.by !== key ? '' : order.descending ? '▾' : '▴'}
              </span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  )
}

/** The order as a narrow page, which has no heads, lets it be chosen. */
export function SortChoice({ order, setOrder }: Sorting) {
  return (
    <span class="sort-choice">
      <label>
        <span>Sort</span>
        <select
          value={order.by}
          onChange={({ currentTarget }) => {
            const key = columns.find((column) => column.key === currentTarget.value)?.key
            if (key) setOrder(nextOrder(order, key))
          }}
        >
          {columns.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        aria-label={order.descending ? 'Most first' : 'Least first'}
        onClick={() => setOrder({ ...order, descending: !order.descending })}
      >
        {order.descending ? '▾' : '▴'}
      </button>
    </span>
  )
}
