package io.bakstripe.api.auth;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.name.InstanceName;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A login of the configuration.
 *
 * @param instances those that it may use; absent for all
 * @param tokenHash bcrypt of the secret part of its token
 * @param expires from when on its token is refused; absent for never
 */
public record DeclaredLogin(
        Login login, Optional<Set<InstanceName>> instances, String tokenHash, Optional<Instant> expires) {
    private static final Set<String> KEYS = Set.of("name", "role", "instances", "token-hash", "expires");
    // A higher cost would let a few wrong tokens keep a processor busy.
    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-4])\\$[./A-Za-z0-9]{53}");

    public DeclaredLogin {
        instances = instances.map(Set::copyOf);
        if (login.name().equalsIgnoreCase(Login.MASTER.name())) {
            throw new IllegalArgumentException("the name master belongs to the login of bakstripe.api.token");
        }
        if (!BCRYPT.matcher(tokenHash).matches()) {
            throw new IllegalArgumentException("token-hash of login " + login.name()
                    + " must be a bcrypt hash with a cost of 4 to 14, as bakstripe token prints it");
        }
    }

    /** Whom its token stands for. */
    public Principal principal() {
        return new Principal(login, instances, expires);
    }

    /**
     * Reads the list {@code bakstripe.api.logins}; throws {@link ConfigException} that names what is wrong: an unknown key, a role or name that is
     * none, a name that is given twice in any case.
     */
    public static List<DeclaredLogin> listFrom(List<? extends Config> blocks) {
        List<DeclaredLogin> logins = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Config block : blocks) {
            DeclaredLogin login = from(block);
            if (!names.add(login.login().name().toLowerCase(Locale.ROOT))) {
                throw wrong(block, login.login().name() + " is declared twice");
            }
            logins.add(login);
        }
        return List.copyOf(logins);
    }

    private static DeclaredLogin from(Config block) {
        block.root().keySet().stream()
                .filter(key -> !KEYS.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw wrong(block, key + " is not a known key; known are " + KEYS);
                });
        try {
            return new DeclaredLogin(
                    new Login(block.getString("name"), Role.ofName(block.getString("role"))),
                    block.hasPath("instances")
                            ? Optional.of(block.getStringList("instances").stream()
                                    .map(InstanceName::new)
                                    .collect(Collectors.toUnmodifiableSet()))
                            : Optional.empty(),
                    block.getString("token-hash"),
                    block.hasPath("expires") ? Optional.of(instant(block.getString("expires"))) : Optional.empty());
        } catch (IllegalArgumentException | DateTimeException | BakstripeException malformed) {
            throw wrong(block, String.valueOf(malformed.getMessage()));
        }
    }

    /**
     * Reads when a token ends: a moment with its offset; a date alone means its beginning, in UTC. Throws {@link DateTimeException} for anything else.
     */
    public static Instant instant(String text) {
        return text.length() == "2026-03-01".length()
                ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                : Instant.parse(text);
    }

    private static ConfigException wrong(Config block, String why) {
        return new ConfigException.BadValue(block.origin(), "bakstripe.api.logins", why);
    }

    @Override
    public String toString() {
        return "DeclaredLogin[" + login + ", instances=" + instances + ", expires=" + expires + "]";
    }
}
