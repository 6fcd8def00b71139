import { fromSeconds, type Kernel } from '../../kernel/index.ts';
import type { AppId, PolicyRules, PolicyVersion, ServiceId, World } from '../../model/index.ts';
import type { AppMeter, AppReading } from './app-meter.ts';

/** Time between two scrapes of what applications spend. Source: CODECO's Prometheus agents, which scrape every 30 s. */
const SCRAPE_INTERVAL_NS = fromSeconds(30);
/** The window that a share of the infrastructure's energy is taken over. Own design. */
const SHARE_WINDOW_NS = fromSeconds(300);

/** What of a policy is a budget: what an application may spend in a window. */
type BudgetName = 'energyBudget' | 'carbonBudget' | 'energyShare';

/** What budgets can do to an application that has spent too much. */
export interface BudgetActions {
  replicas(service: ServiceId): number;
  scale(service: ServiceId, replicas: number): void;
}

/** One budget of one policy for one application. */
interface Account {
  readonly policy: number;
  readonly app: AppId;
  readonly budget: BudgetName;
  /** The version and the window that it counts for. */
  version: PolicyVersion | undefined;
  window: number;
  spent: number;
  /** Energy of all nodes in the window. */
  totalJ: number;
  why: string | undefined;
}

/**
 * Keeps account of what applications spend of their budgets, in windows that follow on each other from the publication of the
 * version: known at scrapes, every 30 s. An amount is overspent from the scrape that finds it so to the first one of the next
 * window; a share of the infrastructure's energy, taken over 5 minutes, for the whole window after one in which it was
 * too high. While an enforced budget is overspent, each service of the application is kept at one replica, and has the others
 * back afterwards. All of this is own design: CODECO names the limit, and says nothing of what it does.
 */
export class Budgets {
  readonly #world: World;
  readonly #versionOf: (policy: number) => PolicyVersion | undefined;
  readonly #actions: BudgetActions;
  readonly #changed: (app: AppId) => void;
  readonly #accounts: Account[] = [];
  /** By service that is kept at one replica: what it had. */
  readonly #curbed = new Map<ServiceId, number>();

  /**
   * @param versionOf the version of a policy that holds
   * @param changed told of an application whose budgets were overspent, or are so no longer
   */
  constructor(
    kernel: Kernel,
    world: World,
    meter: AppMeter,
    versionOf: (policy: number) => PolicyVersion | undefined,
    actions: BudgetActions,
    changed: (app: AppId) => void,
  ) {
    this.#world = world;
    this.#versionOf = versionOf;
    this.#actions = actions;
    this.#changed = changed;
    for (const [policy, { apps, versions }] of (world.policies ?? []).entries())
      for (const budget of ['energyBudget', 'carbonBudget', 'energyShare'] as const)
        if (versions.some(({ rules }) => rules[budget] !== undefined))
          for (const app of apps)
            this.#accounts.push({
              policy,
              app,
              budget,
              version: undefined,
              window: 0,
              spent: 0,
              totalJ: 0,
              why: undefined,
            });
    const scrape = kernel.on('governance.scrape', () => {
      const reading = meter.scrape();
      for (const account of this.#accounts) this.#book(account, reading, kernel.now);
      for (const app of world.apps.keys()) this.#curb(app as AppId);
      kernel.after(SCRAPE_INTERVAL_NS, scrape);
    });
    kernel.at(SCRAPE_INTERVAL_NS, scrape);
  }

  /** The budgets of a policy that an application has overspent: what they are, and why in words. */
  overspent(policy: number, app: AppId): { readonly budget: string; readonly why: string }[] {
    return this.#accounts.flatMap((account) =>
      account.policy === policy && account.app === app && account.why !== undefined
        ? [{ budget: account.budget, why: account.why }]
        : [],
    );
  }

  /** Whether a service is kept at one replica. */
  curbs(service: ServiceId): boolean {
    return this.#curbed.has(service);
  }

  #book(account: Account, reading: AppReading, nowNs: number): void {
    const version = this.#versionOf(account.policy);
    const windowNs = version && windowOf(version.rules, account.budget);
    const before = account.why;
    if (version === undefined || windowNs === undefined) {
      account.version = version;
      account.why = undefined;
    } else {
      // what is read now was spent before now
      const window = Math.floor((nowNs - 1 - version.atNs) / windowNs);
      if (account.version !== version || account.window !== window) {
        account.why = account.version === version ? verdict(account, version.rules, true) : undefined;
        Object.assign(account, { version, window, spent: 0, totalJ: 0 });
      }
      account.spent +=
        account.budget === 'carbonBudget' ? reading.carbonG[account.app]! : reading.energyJ[account.app]!;
      account.totalJ += reading.totalEnergyJ;
      account.why = account.budget === 'energyShare' ? account.why : verdict(account, version.rules, false);
    }
    if (before !== account.why) this.#changed(account.app);
  }

  /** Keeps the services of an application at one replica while an enforced budget of it is overspent. */
  #curb(app: AppId): void {
    const isOver = this.#accounts.some(
      (account) => account.app === app && account.why !== undefined && account.version?.mode === 'enforce',
    );
    for (const service of this.#world.apps[app]!.services) {
      const had = this.#curbed.get(service);
      if (isOver && had === undefined) {
        const replicas = this.#actions.replicas(service);
        if (replicas <= 1) continue;
        this.#curbed.set(service, replicas);
        this.#actions.scale(service, 1);
      } else if (!isOver && had !== undefined) {
        this.#curbed.delete(service);
        // unless it was scaled or deleted meanwhile
        if (this.#actions.replicas(service) === 1) this.#actions.scale(service, had);
      }
    }
  }
}

function windowOf(rules: PolicyRules, budget: BudgetName): number | undefined {
  if (budget === 'energyShare') return rules.energyShare === undefined ? undefined : SHARE_WINDOW_NS;
  return rules[budget]?.windowNs;
}

/** Why an account is overspent; undefined where it is not. Of shares, only a window that is over tells. */
function verdict({ budget, spent, totalJ }: Account, rules: PolicyRules, isOver: boolean): string | undefined {
  if (budget === 'energyShare') {
    const limit = rules.energyShare!;
    if (!isOver || spent <= limit * totalJ) return undefined;
    return `more than ${limit * 100} % of the infrastructure's energy in the 5 minutes before`;
  }
  if (isOver) return undefined;
  if (budget === 'carbonBudget') {
    const { carbonG } = rules.carbonBudget!;
    return spent > carbonG ? `more than ${carbonG} g in the window` : undefined;
  }
  const { energyJ } = rules.energyBudget!;
  return spent > energyJ ? `more than ${energyJ} J in the window` : undefined;
}
