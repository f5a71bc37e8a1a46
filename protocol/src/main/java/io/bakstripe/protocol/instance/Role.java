package io.bakstripe.protocol.instance;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a login may do; each role may do what the ones before it may. */
public enum Role {
    /** Asks: tasks, databases, backup sets, configurations. */
    READER,
    /** Also submits and cancels tasks, and finishes or drops what it restored itself (row F2). */
    OPERATOR,
    /** Also changes configurations, sees passwords of servers, and finishes or drops what others restored. */
    MASTER;

    /** Reads a name in any case; {@link IllegalArgumentException}, which lists all roles, for others. */
    public static Role ofName(String name) {
        return Arrays.stream(values())
                .filter(role -> role.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no role '" + name + "'; the roles are "
                        + Arrays.stream(values()).map(Role::displayName).collect(Collectors.joining(", "))));
    }

    /** As it is declared and shown, for example {@code reader}. */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True when this role may do what needs {@code least}. */
    public boolean covers(Role least) {
        return compareTo(least) >= 0;
    }
}
