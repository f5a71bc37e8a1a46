package io.bakstripe.api.auth;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Digests of tokens that were found right, the latest used ones up to a number, so that their slow hashes are not computed at every call. */
final class VerifiedTokens {
    private final Map<String, Principal> principals;

    VerifiedTokens(int max) {
        this.principals = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Principal> eldest) {
                return size() > max;
            }
        };
    }

    synchronized Optional<Principal> find(String digest) {
        return Optional.ofNullable(principals.get(digest));
    }

    synchronized void put(String digest, Principal principal) {
        principals.put(digest, principal);
    }

    synchronized int size() {
        return principals.size();
    }
}
