package io.bakstripe.protocol.instance;

import java.util.regex.Pattern;

/**
 * Who calls.
 *
 * @param name what tasks and restores remember; two logins are the same when their names are
 */
public record Login(String name, Role role) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /** The login of the token that every node has; no other bears its name. */
    public static final Login MASTER = new Login("master", Role.MASTER);

    public Login {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name of a login must be 1 to 63 letters, digits, '.', '_' or '-' and begin with a letter or digit: '"
                            + name + "'");
        }
    }
}
