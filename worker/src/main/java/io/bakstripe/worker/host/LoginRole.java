package io.bakstripe.worker.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.util.PasswordUtil;

/**
 * The superuser {@code bakstripe} that every managed server has. It is made in single-user mode, while nobody can connect, and its password never
 * reaches the server: only its verifier does.
 */
final class LoginRole {
    static final String NAME = "bakstripe";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** A role of that name that came with a backup loses what its old settings might do. The first line fails when there is one; that is fine. */
    private static final String STATEMENTS = """
            CREATE ROLE bakstripe
            ALTER ROLE bakstripe RESET ALL
            ALTER ROLE bakstripe SUPERUSER LOGIN REPLICATION INHERIT CONNECTION LIMIT -1 VALID UNTIL 'infinity' PASSWORD '%s'
            """;

    private LoginRole() {}

    /** Makes the role, or sets its password, on a server that does not run; what went wrong is in the result's output. */
    static Commands.Result set(PostgresBinaries binaries, ServerDirectory directory, String password) {
        String verifier = encode(password);
        List<String> arguments = new ArrayList<>(List.of("--single"));
        arguments.addAll(List.of(
                "-D",
                directory.data().toString(),
                "-c",
                "config_file=" + directory.configuration(),
                "-c",
                "log_statement=none",
                "-c",
                "log_min_error_statement=panic",
                "template1"));
        return Commands.run(binaries.command("postgres", arguments), STATEMENTS.formatted(verifier), PATIENCE);
    }

    private static String encode(String password) {
        return PasswordUtil.encodeScramSha256(password.toCharArray());
    }
}
