package io.bakstripe.sandbox.chaos;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a plan from JSON as {@code docs/chaos.md} describes it; {@link IllegalArgumentException} says what is wrong with it. */
final class PlanReader {
    private static final Set<String> PLAN_KEYS = Set.of("seed", "policy", "deny", "rules");
    private static final Set<String> RULE_KEYS = Set.of(
            "fault",
            "on",
            "key",
            "after",
            "count",
            "probability",
            "delayMillis",
            "status",
            "code",
            "executed",
            "bytes",
            "at");

    private PlanReader() {}

    static Plan read(byte[] json) {
        try {
            return plan(new JsonMapper().readTree(json));
        } catch (JacksonException wrong) {
            throw new IllegalArgumentException("the plan is no JSON: " + wrong.getOriginalMessage(), wrong);
        }
    }

    private static Plan plan(JsonNode json) {
        requireKnown(json, PLAN_KEYS);
        List<Rule> rules =
                json.path("rules").valueStream().map(PlanReader::rule).toList();
        return new Plan(json.path("seed").asLong(0), policy(json), rules);
    }

    private static Policy policy(JsonNode json) {
        String name = json.path("policy").asString("open");
        if (!Set.of("open", "documented").contains(name)) {
            throw new IllegalArgumentException("policy must be open or documented, not " + name);
        }
        Set<String> denied = new HashSet<>();
        json.path("deny").valueStream().map(JsonNode::asString).forEach(permission -> {
            if (!Policy.DOCUMENTED.contains(permission) && !Policy.TRUST.equals(permission)) {
                throw new IllegalArgumentException(
                        "deny knows " + Policy.DOCUMENTED + " and " + Policy.TRUST + ", not " + permission);
            }
            denied.add(permission);
        });
        return new Policy(name.equals("documented"), denied);
    }

    private static Rule rule(JsonNode json) {
        requireKnown(json, RULE_KEYS);
        String name = json.path("fault").asString("");
        Set<Action> on = new HashSet<>();
        json.path("on")
                .valueStream()
                .map(JsonNode::asString)
                .forEach(action -> on.add(Action.named(action)
                        .orElseThrow(() -> new IllegalArgumentException("no action is called " + action))));
        return new Rule(
                name,
                fault(name, json),
                on,
                Pattern.compile(json.path("key").asString(".*"), Pattern.DOTALL),
                json.path("after").asLong(0),
                json.path("count").asLong(Long.MAX_VALUE),
                json.path("probability").asDouble(1),
                Duration.ofMillis(json.path("delayMillis").asLong(0)));
    }

    private static Fault fault(String name, JsonNode json) {
        boolean executed = json.path("executed").asBoolean(false);
        OptionalLong bytes =
                json.has("bytes") ? OptionalLong.of(json.path("bytes").asLong(0)) : OptionalLong.empty();
        if (bytes.orElse(0) < 0) {
            throw new IllegalArgumentException("bytes must be 0 or more");
        }
        return switch (name) {
            case "delay" -> new Fault.Delay();
            case "error" -> {
                int status = json.path("status").asInt(500);
                yield new Fault.ErrorAnswer(
                        status, Optional.of(json.path("code").asString("")).filter(code -> !code.isEmpty()), executed);
            }
            case "error-inside" -> new Fault.ErrorInside(json.path("code").asString("InternalError"), executed);
            case "reset" -> new Fault.Reset();
            case "lost" -> new Fault.Lost();
            case "cut" -> new Fault.CutUpload(bytes);
            case "truncate" -> new Fault.Truncate(bytes);
            case "flip" -> new Fault.FlipBit(bytes);
            case "freeze" -> new Fault.Freeze();
            case "foreign" ->
                new Fault.ForeignObject(
                        Optional.of(json.path("at").asString("")).filter(at -> !at.isEmpty()));
            default -> throw new IllegalArgumentException("no fault is called '" + name + "'");
        };
    }

    private static void requireKnown(JsonNode json, Set<String> known) {
        if (!json.isObject()) {
            throw new IllegalArgumentException("an object is expected, not " + json);
        }
        json.propertyNames().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("'" + name + "' is not known");
                });
    }
}
