"""The screens, one module a page. The only rooms that know Streamlit."""
