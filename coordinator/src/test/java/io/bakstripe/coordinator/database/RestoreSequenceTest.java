package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.database.Backups.Plain;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseDropped;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random calls of random sets, some of which wait, fail or are broken off, against a table of the rules. The model beside the coordinator's record holds small
 * numbers and knows only what follows from the calls that were let in.
 */
class RestoreSequenceTest {
    private static final int SEQUENCES = 4_000;
    private static final int CALLS = 40;

    private static final Login YOU = new Login("you", Role.OPERATOR);

    /** Where the model's database stands. */
    private record Place(Plain base, int at, int time, String login, int interrupted) {}

    /** A call that was let in. @param stop the moment at which it stops, -1 for none */
    private record Step(TaskId task, String call, Optional<Plain> set, boolean opens, int stop, String login) {}

    @Test
    void everyCallIsAnsweredAsTheTableSays() throws IOException {
        SequenceRules rules = SequenceRules.read();
        Set<SequenceRules.Row> met = new HashSet<>();
        long first = Long.getLong("bakstripe.sequences.seed", System.nanoTime());
        IntStream.range(0, SEQUENCES).forEach(i -> new Walk(first + i, rules, met).run());

        List<SequenceRules.Row> never =
                rules.rows().stream().filter(row -> !met.contains(row)).toList();
        assertThat(never)
                .as("rows of the table that no call has met, seed " + first)
                .isEmpty();
    }

    private static final class Walk {
        private final long seed;
        private final Random random;
        private final SequenceRules rules;
        private final Set<SequenceRules.Row> met;
        private final Backups backups;
        private final Steps steps = new Steps(SETTINGS, () -> new UUID(1, 2));
        private final List<Step> pending = new ArrayList<>();
        private DatabaseRecord state = DatabaseRecord.empty();
        private Live live = Given.live();
        private Instant now = Samples.NOON;
        private Optional<Place> place = Optional.empty();
        private boolean online;
        private int tasks;

        Walk(long seed, SequenceRules rules, Set<SequenceRules.Row> met) {
            this.seed = seed;
            this.random = new Random(seed);
            this.rules = rules;
            this.met = met;
            this.backups = new Backups(random);
        }

        void run() {
            for (int i = 0; i < CALLS; i++) {
                if (!pending.isEmpty() && random.nextInt(3) > 0) {
                    end(pending.remove(0));
                    // What waited for a step that has failed ends with it.
                    pending.removeIf(step -> state.unfinished(step.task()).isEmpty());
                } else {
                    call();
                }
                if (online && random.nextInt(4) == 0) {
                    // Another name is restored to from here on.
                    online = false;
                    pending.clear();
                    state = DatabaseRecord.empty();
                    live = Given.live();
                }
                assertThat(state.stage())
                        .as("seed " + seed)
                        .isEqualTo(
                                online
                                        ? DatabaseStage.ONLINE
                                        : place.isPresent() ? DatabaseStage.RESTORING : DatabaseStage.ABSENT);
            }
        }

        private void call() {
            String call = List.of("full", "diff", "diff", "log", "log", "log", "finish", "drop")
                    .get(random.nextInt(8));
            boolean named = call.equals("full") || call.equals("diff") || call.equals("log");
            Optional<Plain> set = named ? Optional.of(likely(call)) : Optional.empty();
            boolean opens = call.equals("finish") || random.nextInt(6) == 0;
            int stop = call.equals("log") && random.nextInt(3) == 0 ? random.nextInt(300) : -1;
            Login login = random.nextInt(4) == 0 ? YOU : random.nextBoolean() ? Samples.ME : master();
            Optional<Place> expected = expected();
            boolean known = expected.isPresent() || pending.stream().noneMatch(step -> step.stop() >= 0);
            SequenceRules.Row row = rules.answer(
                    online ? "online" : place.isPresent() ? "restoring" : "absent",
                    waiting(),
                    call,
                    facts(call, set, stop, login, known ? expected : Optional.empty()));
            met.add(row);

            Optional<Problem> refusal = call.equals("drop")
                    ? SubmissionRules.dropRefusal(state, Samples.view(), Samples.COPY, login)
                    : SubmissionRules.refusal(
                            state, Samples.view(), request(call, opens, stop), login, set.map(Backups::facts));

            assertThat(refusal.map(Problem::error).map(Enum::name).orElse("ok"))
                    .as("seed %d, call %d: %s of %s at %s", seed, tasks, call, set, expected)
                    .isEqualTo(row.error());
            refusal.map(Problem::error)
                    .map(BackupError::serverMessage)
                    .ifPresent(number -> assertThat(number.orElse(0)).isEqualTo(row.number()));
            if (refusal.isPresent()) {
                return;
            }
            if (call.equals("drop")) {
                record(new DatabaseDropped(new TaskId(Math.max(1, tasks)), login.name(), now));
                place = Optional.empty();
                return;
            }
            Step step = new Step(new TaskId(++tasks), call, set, opens, stop, login.name());
            pending.add(step);
            record(created(step));
        }

        /** Declared ones are masters as much as the one that every node has. */
        private Login master() {
            return random.nextBoolean() ? Login.MASTER : new Login("boss", Role.MASTER);
        }

        /** Any set, but often one that fits. */
        private Plain likely(String call) {
            Optional<Place> at = expected();
            List<Plain> fitting = backups.sets.stream()
                    .filter(set -> set.type().name().toLowerCase(Locale.ROOT).startsWith(call))
                    .filter(set -> at.isEmpty()
                            || set.type() == BackupType.FULL
                            || (set.fork().equals(at.get().base().fork())
                                    && set.to() >= at.get().at()))
                    .toList();
            return fitting.isEmpty() || random.nextInt(3) == 0
                    ? backups.any()
                    : fitting.get(random.nextInt(Math.min(2, fitting.size())));
        }

        private String waiting() {
            if (pending.isEmpty()) {
                return "none";
            }
            return pending.stream().anyMatch(Step::opens) ? "opening" : "some";
        }

        /** Where the database will stand; empty when there will be none, or when a step's end cannot be foretold. */
        private Optional<Place> expected() {
            Optional<Place> at = place;
            for (Step step : pending) {
                if (step.stop() >= 0) {
                    return Optional.empty();
                }
                at = after(at, step);
            }
            return at;
        }

        private static Optional<Place> after(Optional<Place> before, Step step) {
            return step.set()
                    .map(set -> new Place(before.map(Place::base).orElse(set), set.to(), set.until(), step.login(), -1))
                    .or(() -> before);
        }

        private Set<String> facts(String call, Optional<Plain> named, int stop, Login login, Optional<Place> at) {
            Set<String> facts = new HashSet<>();
            place.filter(now -> login.role() != Role.MASTER && !login.name().equals(now.login()))
                    .ifPresent(now -> facts.add("other-login"));
            place.filter(now -> now.interrupted() >= 0).ifPresent(now -> facts.add("a-step-interrupted"));
            if (named.isEmpty()) {
                return facts;
            }
            Plain set = named.get();
            facts.add(set.type() == BackupType.DIFFERENTIAL ? "set-is-a-differential" : "set-is-no-differential");
            facts.add(set.type() == BackupType.LOG ? "set-is-a-log" : "set-is-no-log");
            at.ifPresent(where -> {
                when(facts, !set.server().equals(where.base().server()), "set-of-another-server");
                when(facts, !set.fork().equals(where.base().fork()), "set-of-another-fork");
                boolean again = where.interrupted() == set.number();
                when(facts, where.interrupted() >= 0 && !again, "another-step-interrupted");
                when(facts, set.base() != where.base().number(), "set-of-another-base");
                when(facts, set.to() <= where.at() && !again, "set-adds-nothing");
                when(facts, set.chain() > where.at(), "chain-begins-later");
                when(facts, set.from() > where.at(), "set-begins-later");
                when(facts, stop >= 0 && stop < set.since(), "stop-before-set");
                when(facts, stop >= 0 && stop <= where.time(), "stop-passed");
            });
            return facts;
        }

        private static void when(Set<String> facts, boolean so, String fact) {
            if (so) {
                facts.add(fact);
            }
        }

        private TaskRequest request(String call, boolean opens, int stop) {
            if (call.equals("finish")) {
                return new FinishRequest(Samples.COPY);
            }
            BackupType type = switch (call) {
                case "full" -> BackupType.FULL;
                case "diff" -> BackupType.DIFFERENTIAL;
                default -> BackupType.LOG;
            };
            return new RestoreRequest(
                    Samples.COPY,
                    type,
                    S3Arn.parse("arn:aws:s3:::bucket/any"),
                    opens ? Recovery.RECOVERY : Recovery.NORECOVERY,
                    stop < 0
                            ? Optional.empty()
                            : Optional.of(new StopAt(Backups.moment(stop).toString())));
        }

        private TaskCreated created(Step step) {
            return new TaskCreated(
                    step.task(),
                    new UUID(7, step.task().value()),
                    Optional.empty(),
                    request(step.call(), step.opens(), step.stop()),
                    Samples.COPY,
                    Samples.view(),
                    step.login(),
                    pending.stream()
                            .map(Step::task)
                            .filter(task -> !task.equals(step.task()))
                            .toList(),
                    now,
                    step.set().map(Backups::facts));
        }

        /** Lets a task run to one of its ends. */
        private void end(Step step) {
            if (state.unfinished(step.task()).isEmpty()) {
                // A step before it has failed, and it with that.
                return;
            }
            live = Given.live()
                    .slot(step.task())
                    .start(Check.UNASKED.answered(
                            Optional.empty(), List.of(), step.set().map(Backups::facts)));
            settle();
            if (state.unfinished(step.task()).isEmpty()) {
                // It was let in when nobody could know where a step before it would stop.
                assertThat(place.isEmpty() || !step.call().equals("full")).isTrue();
                return;
            }
            int outcome = random.nextInt(5);
            if (step.call().equals("finish")) {
                report(step, outcome == 0 ? RestoreState.FAILED : RestoreState.OPENED, Optional.empty(), false);
                if (outcome == 0) {
                    report(step, RestoreState.DISCARDED, Optional.empty(), false);
                } else {
                    online = true;
                    place = Optional.empty();
                }
                return;
            }
            if (outcome == 0) {
                boolean touched = step.call().equals("diff") && random.nextBoolean();
                report(step, RestoreState.FAILED, Optional.empty(), false);
                report(step, RestoreState.DISCARDED, Optional.empty(), touched);
                if (touched) {
                    place = place.map(at -> new Place(
                            at.base(),
                            at.at(),
                            at.time(),
                            at.login(),
                            step.set().orElseThrow().number()));
                }
                return;
            }
            succeed(step);
        }

        private void succeed(Step step) {
            Plain set = step.set().orElseThrow();
            report(step, RestoreState.APPLIED, Optional.empty(), false);
            boolean reached = step.stop() >= 0 && step.stop() <= set.until();
            int to = reached ? Math.max(place.orElseThrow().at(), set.to() - 1) : set.to();
            if (!(step.call().equals("full") && step.opens())) {
                report(
                        step,
                        RestoreState.KEPT,
                        Optional.of(new RolledTo(
                                Backups.lsn(to),
                                Optional.of(Backups.moment(reached ? step.stop() - 1 : set.until())),
                                reached)),
                        false);
                place = Optional.of(new Place(
                        place.map(Place::base).orElse(set),
                        to,
                        reached ? step.stop() - 1 : set.until(),
                        step.login(),
                        -1));
            }
            boolean opens = step.opens() && (step.stop() < 0 || reached);
            if (opens) {
                report(step, RestoreState.OPENED, Optional.empty(), false);
                online = true;
                place = Optional.empty();
            }
            assertThat(state.unfinished(step.task())).as("seed " + seed).isEmpty();
        }

        private void report(Step step, RestoreState is, Optional<RolledTo> kept, boolean touched) {
            TaskState task = state.unfinished(step.task()).orElseThrow();
            Optional<Problem> problem = is == RestoreState.FAILED
                    ? Optional.of(BackupError.MANIFEST_MISMATCH.problem("base/1"))
                    : Optional.empty();
            RestoreReport report = new RestoreReport(
                    task.attemptRef(),
                    task.running().epoch(),
                    is,
                    "node-1",
                    task.set().map(SetFacts::setId),
                    List.of(),
                    problem,
                    kept,
                    touched);
            live = Reports.taken(state, live, report).orElseThrow();
            settle();
        }

        private void settle() {
            for (List<DatabaseEvent> due = steps.due(state, live, now);
                    !due.isEmpty();
                    due = steps.due(state, live, now)) {
                due.forEach(this::record);
            }
        }

        private void record(DatabaseEvent event) {
            live = live.after(event, Steps.head(state, live).map(TaskState::id));
            state = state.apply(event);
            now = now.plusMillis(1);
        }
    }
}
