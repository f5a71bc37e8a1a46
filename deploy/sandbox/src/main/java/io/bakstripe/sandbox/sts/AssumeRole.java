package io.bakstripe.sandbox.sts;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A call of AssumeRole.
 *
 * @param lifetime that is asked for, an hour by default
 */
record AssumeRole(String roleArn, String session, Duration lifetime) {
    private static final String VERSION = "2011-06-15";

    /** Reads the form of a call; what STS would not take is refused in its words. */
    static AssumeRole of(byte[] body) throws Refusal {
        Map<String, String> form = form(new String(body, StandardCharsets.UTF_8));
        String action = form.getOrDefault("Action", "");
        if (!action.equals("AssumeRole") || !form.getOrDefault("Version", "").equals(VERSION)) {
            throw new Refusal(
                    400, "InvalidAction", "Could not find operation " + action + " for version " + form.get("Version"));
        }
        String session = form.getOrDefault("RoleSessionName", "");
        if (!session.matches("[\\w+=,.@-]{2,64}")) {
            throw invalid("roleSessionName", session, "[\\w+=,.@-]{2,64}");
        }
        String seconds = form.getOrDefault("DurationSeconds", "3600");
        if (!seconds.matches("\\d{3,5}") || Integer.parseInt(seconds) < 900 || Integer.parseInt(seconds) > 43_200) {
            throw invalid("durationSeconds", seconds, "900 to 43200");
        }
        return new AssumeRole(
                Optional.ofNullable(form.get("RoleArn")).orElseThrow(() -> invalid("roleArn", "null", "not null")),
                session,
                Duration.ofSeconds(Integer.parseInt(seconds)));
    }

    private static Refusal invalid(String member, String value, String constraint) {
        return new Refusal(
                400,
                "ValidationError",
                "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s"
                        .formatted(value, member, constraint));
    }

    private static Map<String, String> form(String body) {
        return Arrays.stream(body.split("&"))
                .map(pair -> pair.split("=", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(pair -> decode(pair[0]), pair -> decode(pair[1]), (one, other) -> other));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
