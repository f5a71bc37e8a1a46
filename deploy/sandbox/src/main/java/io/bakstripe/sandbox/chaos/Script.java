package io.bakstripe.sandbox.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * The plan that holds now, with what it has done so far. The same plan makes the same of the same sequence of requests. Safe for many threads.
 */
final class Script {
    private static final int STRIKES_KEPT = 200;

    private Plan plan = Plan.CALM;
    private List<Progress> progress = List.of();
    private Map<Action, Long> requests = new EnumMap<>(Action.class);
    private Map<Action, Long> denied = new EnumMap<>(Action.class);
    private long lasting;
    private final Deque<String> struck = new ArrayDeque<>();
    private CountDownLatch over = new CountDownLatch(1);

    /** How far one rule has come; its random numbers are its own, so that rules do not disturb each other. */
    private static final class Progress {
        private final Random random;
        private long matched;
        private long fired;

        private Progress(long seed) {
            this.random = new Random(seed);
        }
    }

    /** What is done with a request. */
    sealed interface Verdict {
        /** The policy forbids it. */
        record Denied() implements Verdict {}

        /**
         * It goes on.
         *
         * @param hidesAbsence whether a missing object must look like a forbidden one
         */
        record Allowed(Optional<Strike> strike, boolean hidesAbsence) implements Verdict {}
    }

    /** Replaces the plan; counts begin anew, what the one before holds goes on. */
    synchronized void begin(Plan next) {
        over.countDown();
        over = new CountDownLatch(1);
        plan = next;
        List<Progress> fresh = new ArrayList<>();
        for (int i = 0; i < next.rules().size(); i++) {
            fresh.add(new Progress(31 * next.seed() + i));
        }
        progress = fresh;
        requests = new EnumMap<>(Action.class);
        denied = new EnumMap<>(Action.class);
        lasting = 0;
        struck.clear();
    }

    synchronized Verdict judge(Call call) {
        requests.merge(call.action(), 1L, Long::sum);
        if (call.lasting() && call.action() != Action.ASSUME_ROLE) {
            lasting++;
        }
        if (!plan.policy().allows(call.action())) {
            denied.merge(call.action(), 1L, Long::sum);
            return new Verdict.Denied();
        }
        return new Verdict.Allowed(strike(call), plan.policy().hidesAbsence());
    }

    private Optional<Strike> strike(Call call) {
        for (int i = 0; i < progress.size(); i++) {
            Rule rule = plan.rules().get(i);
            Progress soFar = progress.get(i);
            if (!rule.matches(call) || soFar.fired >= rule.count()) {
                continue;
            }
            soFar.matched++;
            double chance = soFar.random.nextDouble();
            long draw = soFar.random.nextLong();
            if (soFar.matched > rule.after() && chance < rule.probability()) {
                soFar.fired++;
                remember("rule " + i + " " + rule.name() + ": " + call.action().requestName() + " " + call.key());
                return Optional.of(new Strike(rule.fault(), rule.delay(), draw, over));
            }
        }
        return Optional.empty();
    }

    private void remember(String line) {
        struck.addLast(line);
        if (struck.size() > STRIKES_KEPT) {
            struck.removeFirst();
        }
    }

    /** What happened since the plan began, for a JSON writer. */
    synchronized Map<String, Object> report() {
        List<Map<String, Object>> rules = new ArrayList<>();
        for (int i = 0; i < progress.size(); i++) {
            Map<String, Object> rule = new LinkedHashMap<>();
            rule.put("fault", plan.rules().get(i).name());
            rule.put("matched", progress.get(i).matched);
            rule.put("fired", progress.get(i).fired);
            rules.add(rule);
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("seed", plan.seed());
        report.put("rules", rules);
        report.put("requests", named(requests));
        report.put("denied", named(denied));
        report.put("lastingKeys", lasting);
        report.put("struck", List.copyOf(struck));
        return report;
    }

    private static Map<String, Long> named(Map<Action, Long> counts) {
        Map<String, Long> named = new LinkedHashMap<>();
        counts.forEach((action, count) -> named.put(action.requestName(), count));
        return named;
    }
}
