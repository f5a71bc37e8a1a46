package io.bakstripe.api.testing;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.bakstripe.api.auth.DeclaredLogin;
import io.bakstripe.api.auth.TokenText;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.name.InstanceName;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One declared login of each kind; hashes of the least cost, so that tests are quick. */
public final class DeclaredLogins {
    public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final int COST = 4;

    private DeclaredLogins() {}

    /** The token of a login of {@link #all()}. */
    public static String token(String name) {
        return new TokenText(
                        name, "0123456789abcdef" + name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "x"))
                .text();
    }

    public static DeclaredLogin login(String name, Role role, Optional<Instant> expires, String... instances) {
        String text = token(name);
        String secret = text.substring(text.lastIndexOf('_') + 1);
        Optional<Set<InstanceName>> some = instances.length == 0
                ? Optional.empty()
                : Optional.of(List.of(instances).stream().map(InstanceName::new).collect(Collectors.toSet()));
        return new DeclaredLogin(
                new Login(name, role), some, BCrypt.withDefaults().hashToString(COST, secret.toCharArray()), expires);
    }

    /** reader, operator, boss (a master), limited (an operator of instance {@code main} only) and expired (a master until {@link #NOON}). */
    public static List<DeclaredLogin> all() {
        return List.of(
                login("reader", Role.READER, Optional.empty()),
                login("operator", Role.OPERATOR, Optional.empty()),
                login("boss", Role.MASTER, Optional.empty()),
                login("limited", Role.OPERATOR, Optional.empty(), "main"),
                login("expired", Role.MASTER, Optional.of(NOON)));
    }
}
