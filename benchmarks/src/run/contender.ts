/** What one round measured, by name. */
export type Figures = Readonly<Record<string, number>>

/** Where a contender runs. */
export interface Environment {
  readonly redisUrl: string
}

/** Does one task and says what it measured. */
export type Run<Task, Answer> = (task: Task) => Answer | Promise<Answer>

/** Prepares a contender in a process of its own. */
export type Contender<Task = never, Answer = unknown> = (
  environment: Environment,
) => Run<Task, Answer> | Promise<Run<Task, Answer>>

/** What a module of contenders exports as `contenders`: each by the name it has in tables. */
export type Contenders<Task = never, Answer = unknown> = Readonly<Record<string, Contender<Task, Answer>>>
