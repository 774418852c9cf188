from django.contrib.admin.apps import AdminConfig


class CrmAdminConfig(AdminConfig):
    """Replaces django.contrib.admin's own site. Its own module: the site imports models, this may not."""

    default_site = "accounts.admin_site.CrmAdminSite"
