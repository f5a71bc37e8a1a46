package io.bakstripe.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.name.InstanceName;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeclaredLoginTest {
    private static final String HASH = "$2a$10$abcdefghijklmnopqrstuuvwxyz0123456789ABCDEFGHIJKLMNOP";

    private static List<DeclaredLogin> read(String logins) {
        return DeclaredLogin.listFrom(
                ConfigFactory.parseString("logins = " + logins.replace("HASH", "\"" + HASH + "\""))
                        .getConfigList("logins"));
    }

    @Test
    void readsEveryKey() {
        assertThat(read("[{ name = nightly, role = operator, instances = [prod, test], token-hash = HASH,"
                        + " expires = \"2027-06-30T10:00:00Z\" },"
                        + " { name = \"Ana.B\", role = READER, token-hash = HASH, expires = \"2027-06-30\" },"
                        + " { name = boss, role = master, token-hash = HASH }]"))
                .containsExactly(
                        new DeclaredLogin(
                                new Login("nightly", Role.OPERATOR),
                                Optional.of(Set.of(new InstanceName("prod"), new InstanceName("test"))),
                                HASH,
                                Optional.of(Instant.parse("2027-06-30T10:00:00Z"))),
                        new DeclaredLogin(
                                new Login("Ana.B", Role.READER),
                                Optional.empty(),
                                HASH,
                                Optional.of(Instant.parse("2027-06-30T00:00:00Z"))),
                        new DeclaredLogin(new Login("boss", Role.MASTER), Optional.empty(), HASH, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{ role = reader, token-hash = HASH }]",
                "[{ name = a, token-hash = HASH }]",
                "[{ name = a, role = reader }]",
                "[{ name = a, role = owner, token-hash = HASH }]",
                "[{ name = \"a b\", role = reader, token-hash = HASH }]",
                "[{ name = Master, role = master, token-hash = HASH }]",
                "[{ name = a, role = reader, token-hash = secret }]",
                "[{ name = a, role = reader, token-hash = \"$2a$31$abcdefghijklmnopqrstuuvwxyz0123456789ABCDEFGHIJKLMNOP\" }]",
                "[{ name = a, role = reader, token-hash = HASH, expires = tomorrow }]",
                "[{ name = a, role = reader, token-hash = HASH, instances = [\"\"] }]",
                "[{ name = a, role = reader, token-hash = HASH, token = x }]",
                "[{ name = a, role = reader, token-hash = HASH }, { name = A, role = reader, token-hash = HASH }]"
            })
    void refusesNonsense(String logins) {
        assertThatThrownBy(() -> read(logins)).isInstanceOf(ConfigException.class);
    }

    @Test
    void hidesTheHash() {
        assertThat(read("[{ name = a, role = reader, token-hash = HASH }]").toString())
                .doesNotContain("$2a$");
    }

    @Test
    void aNewTokenFitsItsHashAndNoOther() {
        SecureRandom random = new SecureRandom();
        TokenText first = TokenText.random(new Login("nightly_backup", Role.OPERATOR), random);
        TokenText second = TokenText.random(new Login("nightly_backup", Role.OPERATOR), random);
        String hash = first.hash();

        assertThat(TokenText.parse(first.text())).contains(first);
        assertThat(first.login()).isEqualTo("nightly_backup");
        assertThat(first.matches(hash)).isTrue();
        assertThat(second.matches(hash)).isFalse();
        assertThat(first.hash()).isNotEqualTo(hash);
        assertThat(first.toString()).doesNotContain(first.secret());
        assertThat(new DeclaredLogin(new Login("a", Role.READER), Optional.empty(), hash, Optional.empty()))
                .isNotNull();
    }

    @Test
    void takesHashesOfOtherTools() {
        TokenText token = TokenText.parse("bk_a_0123456789abcdef").orElseThrow();
        String made = at.favre.lib.crypto.bcrypt.BCrypt.with(at.favre.lib.crypto.bcrypt.BCrypt.Version.VERSION_2Y)
                .hashToString(4, token.secret().toCharArray());

        assertThat(made).startsWith("$2y$");
        assertThat(token.matches(made)).isTrue();
    }
}
