package io.bakstripe.worker.engine.postgres;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The sessions in which servers are looked at before a task exists; {@code bakstripe.worker.postgresql.inspect} in {@code reference.conf} explains each
 * value.
 *
 * @param sessions that this node has with one server under one login at the same time, to look at it
 * @param keep how long a session is used, from its login on; zero: for one look only
 */
public record InspectionSettings(int sessions, Duration keep) {
    private static final int MOST_SESSIONS = 100;
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** A login for each look. */
    public static final InspectionSettings UNKEPT = new InspectionSettings(4, Duration.ZERO);

    public InspectionSettings {
        if (sessions < 1 || sessions > MOST_SESSIONS) {
            throw new IllegalArgumentException("postgresql.inspect.sessions must be between 1 and 100: " + sessions);
        }
        if (keep.isNegative() || keep.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("postgresql.inspect.keep must be between 0 and 1 minute: " + keep);
        }
    }

    static InspectionSettings from(Config postgresql) {
        Config inspect = postgresql.getConfig("inspect");
        return new InspectionSettings(inspect.getInt("sessions"), inspect.getDuration("keep"));
    }
}
