/** What the tea house knows: its menu, and the orders of its tables. Throws `Refusal` when something cannot be done. */
export interface TeaHouse {
  teas(kind?: string, maxPrice?: number): readonly Tea[]
  tea(name: string): Tea
  orders(table?: number): readonly Order[]
  order(id: number): Order
  /** @param wanted  as a client sent it */
  createOrder(wanted: unknown): Order
  cancelOrder(id: number): void
}

export interface Tea {
  readonly name: string
  readonly kind: 'black' | 'green' | 'herbal'
  /** Cents for a cup. */
  readonly price: number
}

export interface Item {
  readonly tea: string
  readonly cups: number
}

export interface Order {
  readonly id: number
  readonly table: number
  readonly items: readonly Item[]
  /** Cents. */
  readonly total: number
}

export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const MENU: readonly Tea[] = [
  { name: 'assam', kind: 'black', price: 280 },
  { name: 'darjeeling', kind: 'black', price: 340 },
  { name: 'sencha', kind: 'green', price: 320 },
  { name: 'gunpowder', kind: 'green', price: 260 },
  { name: 'chamomile', kind: 'herbal', price: 240 },
]

export function openTeaHouse(): TeaHouse {
  const orders = new Map<number, Order>()
  let lastId = 0

  function order(id: number): Order {
    const found = orders.get(id)
    if (found) return found
    throw new Refusal(404, `There is no order ${id}.`)
  }

  return {
    teas: (kind, maxPrice = Infinity) =>
      MENU.filter((tea) => (kind === undefined || tea.kind === kind) && tea.price <= maxPrice),
    tea: findTea,
    orders: (table) => [...orders.values()].filter((each) => table === undefined || each.table === table),
    order,
    createOrder(wanted) {
      const { table, items } = readOrder(wanted)
      const total = items.reduce((sum, { tea, cups }) => sum + findTea(tea).price * cups, 0)
      const created = { id: ++lastId, table, items, total }
      orders.set(created.id, created)
      return created
    },
    cancelOrder(id) {
      orders.delete(order(id).id)
    },
  }
}

function findTea(name: string): Tea {
  const tea = MENU.find((each) => each.name === name)
  if (tea) return tea
  throw new Refusal(404, `There is no tea "${name}" on the menu.`)
}

function readOrder(wanted: unknown): Pick<Order, 'table' | 'items'> {
  const { table, items }: { table?: unknown; items?: unknown } = Object(wanted)
  if (typeof table !== 'number' || !Array.isArray(items) || items.length === 0) {
    throw new Refusal(422, 'An order has a table and at least one item.')
  }
  return { table, items: items.map(readItem) }
}

function readItem(wanted: unknown): Item {
  const { tea, cups }: { tea?: unknown; cups?: unknown } = Object(wanted)
  if (typeof tea === 'string' && typeof cups === 'number' && cups >= 1) return { tea, cups }
  throw new Refusal(422, 'An item has a tea and how many cups of it.')
}
