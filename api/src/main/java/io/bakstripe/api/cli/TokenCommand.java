package io.bakstripe.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.api.auth.DeclaredLogin;
import io.bakstripe.api.auth.TokenText;
import io.bakstripe.api.http.ApiJson;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.name.InstanceName;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bakstripe token}: makes a token for a login, and the line of configuration that lets it in. It asks no server and keeps nothing. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Make a token for a login, and the line of bakstripe.api.logins that lets it in.",
        footer = {
            "",
            "The token is shown once; only its hash goes into the configuration.",
            "",
            "Example:",
            "  bakstripe token nightly --role operator --instance prod --expires 2027-06-30T00:00:00Z"
        })
final class TokenCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "NAME", description = "The login.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "operator",
            description = "master, operator or reader; default operator.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String role;

    @Option(
            names = "--instance",
            paramLabel = "NAME",
            description = "An instance that it may use, repeatable; default all.")
    private @Nullable List<String> instances;

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description =
                    "When it ends: a moment to come, with its offset, 2027-06-30T00:00:00Z, or a date, which means"
                            + " its beginning in UTC.")
    private @Nullable String expires;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        DeclaredLogin login;
        TokenText token;
        try {
            Login named = new Login(name, Role.ofName(role));
            token = TokenText.random(named, new SecureRandom());
            login = new DeclaredLogin(
                    named,
                    Optional.ofNullable(instances).map(TokenCommand::names),
                    token.hash(),
                    Optional.ofNullable(expires).map(this::end));
        } catch (IllegalArgumentException | BakstripeException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, String> printed = new LinkedHashMap<>();
            printed.put("token", token.text());
            printed.put("login", line(login));
            out.println(quoted(printed));
        } else {
            out.println("token: " + token.text());
            out.println();
            out.println("Add this to bakstripe.api.logins of every node with the role api, and start it again:");
            out.println("  " + line(login));
        }
        out.flush();
        return 0;
    }

    private Instant end(String text) {
        Instant end;
        try {
            end = DeclaredLogin.instant(text);
        } catch (DateTimeException unreadable) {
            throw new IllegalArgumentException(
                    "--expires takes a moment such as 2027-06-30T00:00:00Z or a date such as 2027-06-30, not '" + text
                            + "'",
                    unreadable);
        }
        if (!end.isAfter(now())) {
            throw new IllegalArgumentException("--expires " + text + " is over: the token could never be used");
        }
        return end;
    }

    private Instant now() {
        Object root = spec.root().userObject();
        Surroundings around =
                root instanceof BakstripeCommand command ? command.surroundings() : Surroundings.ofProcess();
        return around.clock().instant();
    }

    private static Set<InstanceName> names(List<String> texts) {
        return texts.stream().map(InstanceName::new).collect(Collectors.toUnmodifiableSet());
    }

    private static String line(DeclaredLogin login) {
        StringBuilder line = new StringBuilder("{ name = ")
                .append(quoted(login.login().name()))
                .append(", role = ")
                .append(login.login().role().displayName());
        login.instances().ifPresent(some -> {
            Set<String> sorted =
                    new TreeSet<>(some.stream().map(InstanceName::value).toList());
            line.append(", instances = ").append(quoted(sorted));
        });
        login.expires().ifPresent(end -> line.append(", expires = ").append(quoted(end.toString())));
        return line.append(", token-hash = ")
                .append(quoted(login.tokenHash()))
                .append(" }")
                .toString();
    }

    private static String quoted(Object value) {
        try {
            return ApiJson.strict().writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
